"""How are a prospect's words read into slots? One file per kind of evidence; `leads.preferences` is the door."""
