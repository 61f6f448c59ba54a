"""What happens in coaching: words are heard, cards refined, feedback taken, playbooks published."""
