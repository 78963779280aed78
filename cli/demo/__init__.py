"""Demo data: made-up trade around the real directory, the same every time it is made on a day."""
