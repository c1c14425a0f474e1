"""Data stores on Azure."""
