"""The Pulumi programs: an engagement spec in, one environment on up to three clouds out."""
