/* The last step; of the `backward` features at the end the first one. */
static void pool_last(const float *x, size_t steps, size_t size, size_t backward, float *context, float *shares)
{
    const size_t ahead = size - backward;
    memset(context, 0, size * sizeof *context);
    memset(shares, 0, steps * sizeof *shares);
    if (steps > 0) {
        memcpy(context, x + (steps - 1) * size, ahead * sizeof *context);
        memcpy(context + ahead, x + ahead, backward * sizeof *context);
        shares[steps - 1] += (float)ahead / (float)size;
        shares[0] += (float)backward / (float)size;
    }
}
