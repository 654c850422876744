"""What both HTTP doors share: the request, the actor, errors, and pages in memory."""
