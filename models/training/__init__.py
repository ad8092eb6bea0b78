"""How the transcriber learns: endless loops with known answers, training, evaluation."""
