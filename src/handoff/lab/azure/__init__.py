"""The stand-in for Azure: Entra, Microsoft Graph, ARM, Key Vault and a blob proxy in one HTTPS server on loopback.

What it enforces and what it does not is written in docs/lab-azure.md.
"""
