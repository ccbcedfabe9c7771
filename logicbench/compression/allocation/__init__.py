"""How much to prune where: allocations of one sparsity over the layers, independent of the score."""
