/* A linear map of its own for each step; w (steps, features, targets). */
static void lead_regression(const float *x, size_t rows, size_t steps, size_t features, size_t targets,
                            const float *w, const float *bias, float *y)
{
    for (size_t r = 0; r < rows; r++) {
        for (size_t t = 0; t < steps; t++) {
            for (size_t c = 0; c < targets; c++, y++) {
                *y = bias[t * targets + c];
                for (size_t d = 0; d < features; d++) {
                    *y += x[(r * steps + t) * features + d] * w[(t * features + d) * targets + c];
                }
            }
        }
    }
}
