"""The arguments and outputs of each resource, declared once.

Everything that depends on them is a query of these schemas: canonical form and comparison in the provider, what is sent
to Weld, defaults and constructors of the resources, and the tables of the documentation.
"""
