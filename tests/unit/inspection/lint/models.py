"""Small classifiers as people write them: right, or wrong in one way."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Reader(nn.Module):
    """(batch, time, 3) -> (batch, 4), by default without any mistake on inputs of one length."""

    kind, both, first = nn.LSTM, False, True

    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.reader = self.kind(3, 8, batch_first=self.first, bidirectional=self.both)
        if isinstance(self.reader, nn.LSTM):
            for name, bias in self.reader.named_parameters():
                if name.startswith("bias_ih"):
                    bias.data[8:16] = 1.0
        self.drop = nn.Dropout(0.5)
        self.answer = nn.Linear(16 if self.both else 8, 4)

    def forward(self, x):
        return self.answer(self.drop(self.pool(self.reader(x))))

    def pool(self, read):
        return read[0][:, -1]


class LastStepBothWays(Reader):
    both = True


class EndsOfBoth(Reader):
    both = True

    def pool(self, read):
        return torch.cat([read[1][0][-2], read[1][0][-1]], dim=1)


class MaxBothWays(Reader):
    both = True

    def pool(self, read):
        return read[0].amax(dim=1)


class TimeFirst(Reader):
    first = False

    def pool(self, read):
        return read[0][-1]


class MixedUp(TimeFirst):
    def pool(self, read):
        return read[0][:, -1]


class Stateful(Reader):
    def __init__(self):
        super().__init__()
        self.state = None

    def forward(self, x):
        outputs, self.state = self.reader(x, self.state)
        return self.answer(outputs[:, -1])


class AlwaysDrops(Reader):
    """Random in evaluation mode too, which is not a state."""

    def forward(self, x):
        return nn.functional.dropout(super().forward(x), 0.5, training=True)


class MeanOfAll(Reader):
    def pool(self, read):
        return read[0].mean(dim=1)


class MeanOfReal(Reader):
    def forward(self, x, lengths):
        outputs, _ = self.reader(x)
        real = (torch.arange(x.shape[1]) < lengths.unsqueeze(1)).unsqueeze(-1)
        return self.answer((outputs * real).sum(dim=1) / lengths.unsqueeze(1))


class BackwardReadsPadding(MeanOfReal):
    both = True


class Packed(Reader):
    both = True

    def forward(self, x, lengths):
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        _, (h_n, _) = self.reader(packed)
        return self.answer(torch.cat([h_n[-2], h_n[-1]], dim=1))


class PackedLast(Packed):
    def forward(self, x, lengths):
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        outputs, _ = pad_packed_sequence(self.reader(packed)[0], batch_first=True)
        return self.answer(outputs[torch.arange(len(x)), lengths - 1])


class Words(nn.Module):
    """Numbers of words, 0 for padding; the last step of the padded text."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.embed = nn.Embedding(20, 5, padding_idx=0)
        self.reader = nn.GRU(5, 8, batch_first=True)
        self.answer = nn.Linear(8, 4)

    def forward(self, words):
        outputs, _ = self.reader(self.embed(words))
        return self.answer(outputs[:, -1])


class Tagger(Reader):
    """An answer for each step."""

    def forward(self, x):
        return self.answer(self.reader(x)[0])


class Softmaxed(Reader):
    def forward(self, x):
        return super().forward(x).softmax(dim=1)


class LogSoftmaxed(Reader):
    def forward(self, x):
        return super().forward(x).log_softmax(dim=1)


class OverTheBatch(Reader):
    def forward(self, x):
        return super().forward(x).softmax(dim=0)
