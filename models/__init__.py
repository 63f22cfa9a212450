"""What is stored, and the rules it obeys. Imports SQLAlchemy and nothing else of ours."""
