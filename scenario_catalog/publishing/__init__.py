"""Batches, corrigenda, cancellation and redaction: everything that changes what is public."""
