"""The AWS policy language: documents, conditions, evaluation, holders, escalation. Pure."""
