"""What do amounts and dates look like in seven languages? `leads.money` and `leads.dates` are the doors."""
