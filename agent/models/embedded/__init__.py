"""The embedded chat model: deterministic, offline, native tool calling."""
