"""Forms of the service screens, one module per step of the flow."""
