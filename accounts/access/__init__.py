"""Sign-in: the only place that knows Flask-Security."""
