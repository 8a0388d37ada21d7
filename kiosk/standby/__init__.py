"""What is kept ready before anybody presses: standby links, a spare offer, and pre-roll."""
