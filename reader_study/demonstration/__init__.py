"""Top floor: conducts a whole study on simulated patients, through the doors that people use, and stays up."""
