"""The statistics: pure functions of frames and numbers, each with its source and a known answer."""
