/* The steps of x, weighed by their shares. */
static void weighed(const float *x, const float *shares, size_t steps, size_t size, float *context)
{
    memset(context, 0, size * sizeof *context);
    for (size_t t = 0; t < steps; t++) {
        for (size_t i = 0; i < size; i++) {
            context[i] += shares[t] * x[t * size + i];
        }
    }
}
