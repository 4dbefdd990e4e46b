/* One filter with an odd number of taps over each row; zeros beyond the ends. */
static void convolution(const float *x, size_t rows, size_t length, const float *taps, size_t count, float *y)
{
    const size_t half = count / 2;
    for (size_t r = 0; r < rows; r++, x += length, y += length) {
        for (size_t t = 0; t < length; t++) {
            y[t] = 0.0f;
            for (size_t k = 0; k < count; k++) {
                if (t + k >= half && t + k - half < length) {
                    y[t] += taps[k] * x[t + k - half];
                }
            }
        }
    }
}
