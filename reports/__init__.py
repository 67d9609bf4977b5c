"""Templates of the cluster report: one numbered file a section, and the style."""
