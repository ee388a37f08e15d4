"""The pages for people: to authorize a connection, to look at the workspace, and to change it by hand."""
