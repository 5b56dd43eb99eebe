"""Self-supervised pretraining: what texts teach a network before anybody labels one."""
