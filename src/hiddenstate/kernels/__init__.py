"""Recurrences as machine code, compiled on the user's own machine by Numba; no torch.

Begin with `lstm`: the equations of the cell. `reading` takes cells through time, `learning` back through it, `product`
multiplies matrices, `vector` is what both compute with; `library` compiles and `passes` runs them. One step at a time:
`step_cells` is the layer, `step` takes layers through time, `step_call` is what Python calls.
"""
