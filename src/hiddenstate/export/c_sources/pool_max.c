/* The greatest value of each feature; the first step counts where two are equal. */
static void pool_max(const float *x, size_t steps, size_t size, size_t backward, float *context, float *shares)
{
    (void)backward;
    memset(shares, 0, steps * sizeof *shares);
    memset(context, 0, size * sizeof *context);
    for (size_t i = 0; i < size && steps > 0; i++) {
        size_t best = 0;
        for (size_t t = 1; t < steps; t++) {
            best = x[t * size + i] > x[best * size + i] ? t : best;
        }
        context[i] = x[best * size + i];
        shares[best] += 1.0f / (float)size;
    }
}
