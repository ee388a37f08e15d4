"""What tests need beyond Weld: faults, recorded requests, other forms of responses, and control from outside."""
