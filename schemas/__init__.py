"""The contracts: what every table, file and plan must look like before anything reads it."""
