"""What runs, in which order: the only folder that imports prefect."""
