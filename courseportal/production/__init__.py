"""`make run-production`: the processes of docker-compose.yml on one machine, without containers."""
