"""Phase six, publishing: one writer a format, each from released tables alone."""
