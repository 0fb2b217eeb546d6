"""The Preliminary Assessment Report: gathered, written, grounded line by line, edited by a nurse, exported."""
