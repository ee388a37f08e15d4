"""The documentation site: what it adds to Sphinx (`extension`), and the drawings (`diagrams`)."""
