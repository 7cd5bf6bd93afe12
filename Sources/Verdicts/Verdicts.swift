// Verdicts
