"""The web application: from a site's files to a signed, blinded, locked agreement report."""
