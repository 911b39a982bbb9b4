"""Questions of enterprises and the public answers of agencies."""
