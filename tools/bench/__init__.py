"""The benchmark: what Weld's resources cost beyond what Pulumi itself costs. See README.md."""
