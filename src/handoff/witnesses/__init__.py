"""What a cloud's own log says about holders whom the listings leave unknown; one module per cloud, asked last because logs are slow to ask."""
