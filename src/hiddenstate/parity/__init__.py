"""Every way to compute a trained model beside every other, on random and adversarial inputs."""
