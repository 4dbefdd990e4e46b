/* The cells of a row of `steps` steps, from the state in h, which is replaced by the last one.
   Blocks of a, first of the input, then of the state: reset gate, update gate, candidate. */
static void gru(const float *x, size_t steps, size_t input, size_t hidden, const matrix *w, const matrix *u,
                const float *b, const float *b_hn, int reverse, float *restrict h, float *sequence, float *restrict a)
{
    float *restrict s = a + 3 * hidden;
    for (size_t k = 0; k < steps; k++) {
        const size_t t = reverse ? steps - 1 - k : k;
        start(b, 3 * hidden, a);
        accumulate(w, x + t * input, input, 3 * hidden, a);
        finish(w, b, 3 * hidden, a);
        start(NULL, 3 * hidden, s);
        accumulate(u, h, hidden, 3 * hidden, s);
        finish(u, NULL, 3 * hidden, s);
        for (size_t i = 0; i < hidden; i++) {
            const float reset = sigmoid(a[i] + s[i]), update = sigmoid(a[hidden + i] + s[hidden + i]);
            const float candidate = hyperbolic(a[2 * hidden + i] + reset * (s[2 * hidden + i] + b_hn[i]));
            h[i] = (1.0f - update) * candidate + update * h[i];
        }
        memcpy(sequence + t * hidden, h, hidden * sizeof *h);
    }
}
