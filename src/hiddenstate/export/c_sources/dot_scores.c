/* q . k for each step k; the scale is within q. */
static void dot_scores(const float *x, size_t steps, size_t size, const float *q, float *scores)
{
    for (size_t t = 0; t < steps; t++) {
        scores[t] = 0.0f;
        for (size_t i = 0; i < size; i++) {
            scores[t] += q[i] * x[t * size + i];
        }
    }
}
