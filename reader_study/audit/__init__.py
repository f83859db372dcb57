"""Floor 0: the journal. Every act of the workflow is one row, in the transaction of the act, chained by hash."""
