"""Chat models: the embedded one, any OpenAI-compatible server, and the line that falls back from one to the other."""
