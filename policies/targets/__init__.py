"""The targets of a policy and what is known of them: counted here, published with a source, or not published."""
