// CortexM
