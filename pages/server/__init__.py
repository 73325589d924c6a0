"""What happens once a server or once a request, before any page: the door, the warm-up, the browser."""
