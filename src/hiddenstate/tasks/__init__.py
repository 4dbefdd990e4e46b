"""What a row means and what an answer means: the jobs, their metrics, baselines and verdicts."""
