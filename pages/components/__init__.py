"""Components: each a ``show`` function that owns its widget keys."""
