/* The cells of a row of `steps` steps, from the state in h, which is replaced by the last one. */
static void rnn(const float *x, size_t steps, size_t input, size_t hidden, const matrix *w, const matrix *u,
                const float *b, int reverse, float *restrict h, float *sequence, float *restrict a)
{
    for (size_t k = 0; k < steps; k++) {
        const size_t t = reverse ? steps - 1 - k : k;
        start(b, hidden, a);
        accumulate(w, x + t * input, input, hidden, a);
        accumulate(u, h, hidden, hidden, a);
        finish(w, b, hidden, a);
        for (size_t i = 0; i < hidden; i++) {
            h[i] = hyperbolic(a[i]);
        }
        memcpy(sequence + t * hidden, h, hidden * sizeof *h);
    }
}
