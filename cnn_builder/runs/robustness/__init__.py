"""What breaks a trained network: changes of its images, how far each may go, and what training against it brought."""
