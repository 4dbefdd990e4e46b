/* A product begins with start, adds columns with accumulate, and ends with finish. */
static void start(const float *bias, size_t rows, float *y)
{
    (void)bias;
    for (size_t i = 0; i < rows; i++) {
        y[i] = 0.0f;
    }
}

static void finish(const matrix *w, const float *bias, size_t rows, float *y)
{
    for (size_t i = 0; i < rows; i++) {
        y[i] = y[i] * scale_of(w, i) + (bias == NULL ? 0.0f : bias[i]);
    }
}
