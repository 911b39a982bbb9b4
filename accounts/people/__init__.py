"""A person's own account: profile, sign-ins, export and erasure; accounts to try the site with."""
