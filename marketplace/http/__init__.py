"""What both HTTP doors share: the request, who asks, errors, and pages kept in memory."""
