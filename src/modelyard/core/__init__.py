"""What every other part stands on: types, contracts, errors, digests, seeds. It imports nothing of Modelyard's."""
